"""What an action item was predicted to do, against what was recorded after it was done."""

"""Two versions of a case side by side: did the verdict change, and what in the model explains it?"""

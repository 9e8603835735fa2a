"""What an editor shows beside a text: diagnostics, explanations, actions; and the language server that speaks with it."""

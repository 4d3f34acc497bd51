"""Functions from data to Rich renderables, throttled drawing, and single keys from the terminal."""

"""What the worlds promise to whoever looks at them."""

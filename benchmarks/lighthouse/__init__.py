"""What Lighthouse says of the verification page."""

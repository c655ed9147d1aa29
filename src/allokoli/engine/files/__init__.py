"""Files an organization uploads, and the text read from them."""

from running import product, speech

__all__ = ["product", "speech"]

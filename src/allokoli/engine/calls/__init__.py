"""The life of a call: asked for, running, ended, concluded, reported."""

"""Pages, one module a subject; each renders templates of the same name."""

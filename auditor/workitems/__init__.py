"""Work items: what a verdict is attached to, and what may be claimed from it.

A work item is a Markdown file with YAML front matter. `attach` writes a verdict into it without touching any other byte,
`gate` asks whether its Stage 2 claim still stands, and `claims` walks whole trees of documents for claims that do not.
"""

"""Names that a hostile run would choose for its files, models and sentences."""

SCRAWLS = (
    "<script>document.title='owned'</script>",
    "</script><script>document.title='owned'</script>",
    "</style><img src=x onerror=\"document.title='owned'\">",
    "javascript:document.title='owned'",
    '"><svg onload="document.title=\'owned\'">',
    "' onmouseover='document.title=1",
    "{{ 7 * 7 }}{% raw %}",
    "a\nb\r\tc\u2028d",
    "\u202eevil\u2066\u200b\x1b[31m\x9b",
    "<!--",
    "]]>",
    "&lt;b&gt;&amp;#60;",
    "x" * 3000,
    "\udcff\udc80",
)

"""The page for who follows a link that is none, or none any more. Pure."""

GONE = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>This link has expired</title>
<style>
:root { color-scheme: light dark }
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1rem }
</style>
</head>
<body>
<main>
<h1>This link has expired</h1>
<p>The page that it led to may still exist. Please look for it on the website of whoever sent you the link.</p>
</main>
</body>
</html>
"""
"""Fits any brand: it loads nothing from elsewhere, and is read well by screen readers and in the dark."""

"""Reads base64 documents, a line each; answers with libxml2's canonical forms, or ERR where it refuses.

An answer: "OK exclusive inclusive", each in base64 or "-" where libxml2 has no canonical form.
"""
import base64
import io
import sys

from lxml import etree

PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def form(tree, exclusive):
    try:
        out = io.BytesIO()
        tree.write_c14n(out, exclusive=exclusive, with_comments=True)
        return base64.b64encode(out.getvalue()).decode() or "="
    except Exception:
        return "-"


for line in sys.stdin:
    try:
        tree = etree.fromstring(base64.b64decode(line), PARSER).getroottree()
        answer = f"OK {form(tree, True)} {form(tree, False)}"
    except etree.XMLSyntaxError as error:
        answer = "ERR " + " ".join(str(error).split())
    print(answer, flush=True)

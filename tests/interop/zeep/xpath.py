"""Reads a document and an expression of XPath in base64, a line for both; answers with the value of the expression as a string
in base64, or ERR where libxml2 refuses it."""
import base64
import sys

from lxml import etree

PARSER = etree.XMLParser(resolve_entities=False, no_network=True)

for line in sys.stdin:
    document, expression = (base64.b64decode(word) for word in line.split())
    tree = etree.fromstring(document, PARSER).getroottree()
    try:
        value = etree.XPath(expression.decode(), namespaces={"p": "urn:p", "q": "urn:q"}, smart_strings=False)(tree)
        print(base64.b64encode(str(value).encode()).decode() or "=", flush=True)
    except etree.XPathError:
        print("ERR", flush=True)

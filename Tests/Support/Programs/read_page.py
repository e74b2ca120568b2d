"""Reads a page with the real parser of its language, and says as JSON what it found.

usage: read_page.py markdown|html|xml FILE

The file holds a JSON list of the page's blocks. Found are, in the page's order, its paragraphs, list
items, table cells, listings, titles and comments: each with its text, the text outside of code, its own
attributes, and the elements inside of it.
"""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

BLOCKS = {"p", "li", "td", "pre", "title", "text", "desc", "summary"}
EXTENSIONS = ["table", "strikethrough", "autolink", "tasklist", "footnotes"]


def html_of(markdown):
    """What GitHub's own reader makes of it, with raw HTML let through."""
    command = ["cmark-gfm", "--unsafe"]
    for extension in EXTENSIONS:
        command += ["-e", extension]
    done = subprocess.run(command, input=markdown.encode(), stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def text_of(element, without_code=False):
    if not isinstance(element.tag, str) or (without_code and element.tag == "code"):
        return ""
    parts = [element.text or ""]
    for child in element:
        parts.append(text_of(child, without_code))
        parts.append(("\0" if without_code else "") + (child.tail or ""))
    return "".join(parts)


def found_in(element, found):
    for child in element:
        if not isinstance(child.tag, str):
            found.append({"tag": "#comment", "text": child.text or "", "loose": "", "inside": [], "attributes": {}})
            continue
        child.tag = child.tag.rpartition("}")[2]
        below = found_in(child, [])
        if child.tag in BLOCKS:
            inside = [each.tag for each in child.iter() if each is not child and isinstance(each.tag, str)]
            found.append(
                {
                    "tag": child.tag,
                    "text": text_of(child),
                    "loose": text_of(child, without_code=True),
                    "inside": inside,
                    "attributes": dict(child.attrib),
                }
            )
        else:
            found.append({"tag": "<" + child.tag, "text": "", "loose": "", "inside": [], "attributes": dict(child.attrib)})
        found += below
    return found


def main():
    mode, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        blocks = json.load(file)
    if mode == "xml":
        page = ElementTree.fromstring("<svg>" + "\n".join(blocks) + "</svg>")
    else:
        import html5lib

        text = "\n\n".join(blocks) if mode == "markdown" else "\n".join(blocks)
        html = html_of(text) if mode == "markdown" else text
        page = html5lib.parse(html, treebuilder="etree").find("{http://www.w3.org/1999/xhtml}body")
    sys.stdout.buffer.write(json.dumps(found_in(page, []), ensure_ascii=True).encode())


if __name__ == "__main__":
    main()

"""A transcript as HTML for a cell's output.

Not as `text/markdown`: what reads that also loads its images, and a model that was talked into it could tell a
stranger's server, by the address of an image, what it has read. Here images become links and HTML is shown as text.
"""

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from mistune import HTMLRenderer, Markdown, create_markdown

from .transcript import Block, Call, Doing, Foot, Problem, Text


def to_html(blocks: Iterable[Block]) -> str:
    """The whole transcript; every text in it is escaped or rendered by `markdown`."""
    return f'<div class="dispatch-answer">{"".join(map(_block, blocks))}</div>'


@lru_cache(maxsize=64)  # all but the last text of a transcript stay as they are from one drawing to the next
def markdown(text: str) -> str:
    """Markdown as HTML that loads nothing and runs nothing."""
    return str(_markdown()(text))


def _block(block: Block) -> str:
    match block:
        case Text():
            return markdown(block.markdown)
        case Call():
            outcome = f" <small>{escape(block.outcome)}</small>" if block.outcome else ""
            return f"<p>{block.mark} <code>{escape(block.name)}</code> {escape(block.subject)}{outcome}</p>"
        case Doing():
            return f"<p><em>{escape(block.text)}</em></p>"
        case Problem():
            return f"<p><strong>{escape(block.text)}</strong></p>"
        case Foot():
            return f"<p><small>{escape(block.text)}</small></p>"


class _Renderer(HTMLRenderer):
    def image(self, text: str, url: str, title: str | None = None) -> str:
        return self.link(f"image: {text or escape(url)}", url, title)


@lru_cache(maxsize=1)
def _markdown() -> Markdown:
    made = create_markdown(renderer=_Renderer(escape=True), plugins=["strikethrough", "table", "url"])
    if not isinstance(made, Markdown):
        raise TypeError("mistune was asked for a parser and gave something else")
    return made

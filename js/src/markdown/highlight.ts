import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import cpp from 'highlight.js/lib/languages/cpp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import ini from 'highlight.js/lib/languages/ini';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import julia from 'highlight.js/lib/languages/julia';
import markdown from 'highlight.js/lib/languages/markdown';
import python from 'highlight.js/lib/languages/python';
import r from 'highlight.js/lib/languages/r';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';

const languages = {
  ...{ bash, cpp, css, diff, ini, javascript, json, julia, markdown, python, r, rust, sql, typescript, xml, yaml }
};
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);
hljs.registerAliases(['ipython', 'ipython3', 'py3'], { languageName: 'python' });

/** Longer code stays plain: colour is not worth a stutter. */
const MOST_CHARS = 50_000;

/** Colours the text of a `<code>` in place, where the language is one of ours. */
export function highlight(code: Element, language: string): void {
  const text = code.textContent ?? '';
  if (!hljs.getLanguage(language) || text.length > MOST_CHARS) return;
  // highlight.js escapes everything but the spans it makes
  code.innerHTML = hljs.highlight(text, { language, ignoreIllegals: true }).value;
}

// One esbuild call, both hosts from the same components:
//   ../dispatch_jupyter/static/widget.js, widget.css   one self-contained ESM for anywidget, which loads it from a Blob
//   lib/labext.js                                      ESM whose @jupyterlab/* and @lumino/* are left to jupyter-builder
import { readdir, readFile, writeFile } from 'node:fs/promises';
import * as esbuild from 'esbuild';

const dev = process.argv.includes('--dev');
const STATIC = '../dispatch_jupyter/static';

/** @type {esbuild.BuildOptions} */
const common = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: !dev,
  sourcemap: dev ? 'inline' : false,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'eof',
  metafile: true,
  logLevel: 'info'
};

/** @type {esbuild.BuildOptions[]} */
const jobs = [
  { ...common, entryPoints: ['src/hosts/widget.tsx'], outfile: `${STATIC}/widget.js` },
  { ...common, entryPoints: ['src/style/index.css'], outfile: `${STATIC}/widget.css` },
  {
    ...common,
    entryPoints: ['src/hosts/lab/index.ts'],
    outfile: 'lib/labext.js',
    external: ['@jupyterlab/*', '@lumino/*'],
    plugins: [cssAsText()]
  }
];

if (process.argv.includes('--watch')) {
  for (const job of jobs) await (await esbuild.context(job)).watch();
} else {
  const [widget] = await Promise.all(jobs.map(job => esbuild.build(job)));
  await writeFile(`${STATIC}/third-party-licenses.txt`, await licences(widget.metafile));
}

/** The licences of the libraries in the bundle; not all of them repeat it in their code. */
async function licences(metafile) {
  const folders = Object.keys(metafile.inputs).flatMap(path => /^node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const texts = [...new Set(folders)].sort().map(async folder => {
    const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
    const file = (await readdir(folder)).find(entry => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(`${folder}/${file}`, 'utf8') : '';
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}

/** In the labextension the style sheet travels as a string: `import css from '../style/index.css'`. */
function cssAsText() {
  return {
    name: 'css-as-text',
    setup(build) {
      build.onLoad({ filter: /style\/index\.css$/ }, async ({ path }) => {
        const sheet = await esbuild.build({ entryPoints: [path], bundle: true, write: false, minify: !dev });
        return { contents: sheet.outputFiles[0].text, loader: 'text', watchDirs: ['src/style'] };
      });
    }
  };
}

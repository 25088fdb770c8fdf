// One esbuild call, both hosts from the same components:
//   ../dispatch_jupyter/static/widget.js, widget.css   one self-contained ESM for anywidget, which loads it from a Blob
//   lib/labext.js                                      ESM whose @jupyterlab/* and @lumino/* are left to jupyter-builder
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
  await Promise.all(jobs.map(job => esbuild.build(job)));
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

// Builds the page into dist/ (or --out DIR), or the tests into .test-build/ with --tests.
import { build } from 'esbuild';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const flag = process.argv.indexOf('--out');
const out = flag > 0 ? resolve(process.argv[flag + 1]) : join(here, 'dist');
const common = { bundle: true, absWorkingDir: here, charset: 'utf8', logLevel: 'warning', jsx: 'automatic', jsxImportSource: 'preact' };

if (process.argv.includes('--tests')) {
  const outdir = join(here, '.test-build');
  rmSync(outdir, { recursive: true, force: true });
  const entryPoints = readdirSync(join(here, 'test')).filter((f) => f.endsWith('.test.ts')).sort().map((f) => `test/${f}`);
  await build({ ...common, entryPoints, outdir, format: 'esm', platform: 'node', target: 'node18', outExtension: { '.js': '.mjs' } });
} else {
  mkdirSync(out, { recursive: true });
  await build({
    ...common, entryPoints: { app: 'src/main.tsx' }, outdir: out, format: 'iife', minify: true, legalComments: 'none',
    target: ['chrome103', 'firefox113', 'safari16.4'],
  });
  await build({ ...common, entryPoints: { app: 'src/style.css' }, outdir: out, minify: true, target: ['chrome103', 'firefox113', 'safari16.4'] });
  copyFileSync(join(here, 'index.html'), join(out, 'index.html'));
}

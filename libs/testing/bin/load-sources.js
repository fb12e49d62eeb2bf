const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join, relative, resolve } = require('node:path');
const { transformSync } = require('@swc/core');

const root = resolve(__dirname, '../../..');
exports.root = root;
const compilation = {
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  module: { type: 'commonjs' },
};

const compile = (source, filename) => transformSync(source, { ...compilation, filename }).code;

/** From now on `@baton/x` and its `.ts` files are loaded from the sources; `edit` may change each before it is compiled. */
exports.loadSources = (edit = (_file, source) => source) => {
  const resolveFilename = Module._resolveFilename;
  Module._resolveFilename = function (request, ...rest) {
    const library = /^@baton\/([a-z-]+)$/.exec(request)?.[1];
    const source = library === undefined ? request : join(root, 'libs', library, 'src/index.ts');
    return resolveFilename.call(this, source, ...rest);
  };
  require.extensions['.ts'] = (module, filename) => {
    const source = edit(relative(root, filename), readFileSync(filename, 'utf8'));
    module._compile(compile(source, filename), filename);
  };
};

/** Whether a source is nothing but types, so that no program ever loads it. */
exports.isTypesOnly = (source) => !/\b(const|let|class|function)\b/.test(compile(source, 'types.ts'));

/** Sources that are loaded already are loaded anew when they are needed again. */
exports.forgetSources = () => {
  for (const filename of Object.keys(require.cache)) {
    if (filename.endsWith('.ts')) delete require.cache[filename];
  }
};

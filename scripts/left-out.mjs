/**
 * An esbuild plugin that puts an empty module in the place of some: the bundle names them and never uses them.
 *
 * @param {string} name of the plugin
 * @param {RegExp} filter of the paths as they are imported
 * @returns {import('esbuild').Plugin}
 */
export function leftOut(name, filter) {
  return {
    name,
    setup(build) {
      build.onResolve({ filter }, () => ({ path: 'none', namespace: name }));
      build.onLoad({ filter: /.*/, namespace: name }, () => ({ contents: 'export {}' }));
    },
  };
}

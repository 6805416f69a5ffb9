/**
 * The one boundary that no rule of oxlint's own can say: `new Date()` and `Date()` read the machine's clock, while
 * `new Date(milliseconds)` only converts.
 */
type Call = {
  readonly callee: { readonly type: string; readonly name?: string };
  readonly arguments: readonly unknown[];
};
type Context = { report(finding: { node: Call; message: string }): void };

export default {
  meta: { name: 'bare-date' },
  rules: {
    'no-bare-date': {
      create(context: Context) {
        const isDate = ({ callee }: Call) => callee.type === 'Identifier' && callee.name === 'Date';
        const report = (node: Call, what: string) =>
          context.report({ node, message: `[clock-through-the-world] ${what}; take the world's clock` });
        return {
          NewExpression: (node: Call) => {
            if (isDate(node) && node.arguments.length === 0) report(node, 'new Date() reads the clock');
          },
          CallExpression: (node: Call) => {
            if (isDate(node)) report(node, 'Date() reads the clock');
          },
        };
      },
    },
  },
};

import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { importRules } from './import-rules.ts';

/** One line of code that crosses a boundary. */
export type Violation = { readonly rule: string; readonly file: string; readonly what: string };
export type BoundaryReport = { readonly modules: number; readonly violations: readonly Violation[] };

const OXLINT = fileURLToPath(new URL('../node_modules/oxlint/bin/oxlint', import.meta.url));
const run = promisify(execFile);

/** Checks the packages under `root`: imports with dependency-cruiser, globals and members with oxlint. */
export async function checkBoundaries(root: string): Promise<BoundaryReport> {
  const [imports, uses] = await Promise.all([checkImports(realpathSync(root)), checkUses(root)]);
  return { modules: imports.modules, violations: [...imports.violations, ...uses] };
}

async function checkImports(root: string): Promise<BoundaryReport> {
  const { output } = await cruise(
    ['packages'],
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: importRules(root) },
      // Imports that the compiler erases count too: a type can make a cycle or cross a boundary as well.
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '/dist/' },
    },
    { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'], extensions: ['.ts', '.js'] },
  );
  const { modules, summary } = output as ICruiseResult;
  const own = modules.filter(({ source }) => /^packages\/.*[.]ts$/.test(source));
  const violations = summary.violations.map(({ rule, from, to, cycle }) => ({
    rule: rule.name,
    file: from,
    what: cycle === undefined ? `imports ${to}` : `imports ${cycle.map(({ name }) => name).join(' -> ')}`,
  }));
  return { modules: own.length, violations };
}

type OxlintFinding = {
  readonly message: string;
  readonly help?: string;
  readonly code?: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
};

async function checkUses(root: string): Promise<Violation[]> {
  const args = [OXLINT, '-c', 'boundaries.oxlintrc.json', '--format', 'json', 'packages'];
  const options = { cwd: root, maxBuffer: 64 * 1024 * 1024 };
  // Exit code 1 says that there are findings, and the findings say it better.
  const { stdout } = await run(process.execPath, args, options).catch((error: { stdout?: string }) => {
    if (error.stdout?.startsWith('{')) return { stdout: error.stdout };
    throw error;
  });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: OxlintFinding[] };
  return diagnostics.map(({ message, help, code, filename, labels }) => {
    const text = [message, help].filter(Boolean).join(' ');
    const rule = /\[([a-z-]+)\]/.exec(text)?.[1] ?? code ?? 'oxlint';
    return { rule, file: `${filename}:${labels[0]?.span.line ?? 1}`, what: text.replace(/\[[a-z-]+\] /, '') };
  });
}

if (import.meta.main) {
  const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));
  const { modules, violations } = await checkBoundaries(root);
  for (const { rule, file, what } of violations) process.stderr.write(`${rule}: ${file} ${what}\n`);
  if (modules === 0)
    process.stderr.write('no module was read: is the TypeScript of dependency-cruiser gone?\n');
  process.stdout.write(`boundaries: ${modules} modules, ${violations.length} violations\n`);
  if (modules === 0 || violations.length > 0) process.exitCode = 1;
}

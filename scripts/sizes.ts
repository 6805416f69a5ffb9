// Packs and installs, and prints what that takes beside what it may take: `node scripts/sizes.ts`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { bytesUnder, install } from './install.ts';
import { pack } from './pack.ts';

/** One thing that has a budget, e.g. `kubeedge-sim-wire packed`. */
export interface Size {
  name: string;
  bytes: number;
  /** undefined for a package without an entry in size-budgets.json */
  budgetBytes: number | undefined;
}

/** Sizes of the tarballs, and of the folder they were installed in with all they depend on. */
export function sizesOf(tarballs: readonly string[], installed: string): Size[] {
  const budgets = JSON.parse(readFileSync(join(import.meta.dirname, 'size-budgets.json'), 'utf8')) as Record<
    string,
    number
  >;
  const sizes = tarballs.flatMap((tarball) => {
    const name = basename(tarball).replace(/-\d+\.\d+\.\d+.*$/, '');
    return [
      { name: `${name} packed`, bytes: statSync(tarball).size },
      { name: `${name} unpacked`, bytes: unpackedBytes(tarball) },
    ];
  });
  sizes.push({ name: 'everything installed', bytes: bytesUnder(join(installed, 'node_modules')) });
  return sizes.map((size) => ({ ...size, budgetBytes: budgets[size.name] }));
}

/** tar lists mode, owner, size, date, time, name. */
function unpackedBytes(tarball: string): number {
  const listing = execFileSync('tar', ['-tvzf', tarball], { encoding: 'utf8' });
  return listing.split('\n').reduce((sum, line) => sum + Number(line.split(/\s+/)[2] ?? 0), 0);
}

/** A row each: name, kB, budget, how much of it is used. */
export function formatSizes(sizes: readonly Size[]): string {
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`.padStart(10);
  const rows = sizes.map(({ name, bytes, budgetBytes }) =>
    budgetBytes === undefined
      ? `${name.padEnd(34)}${kilobytes(bytes)}   no budget`
      : `${name.padEnd(34)}${kilobytes(bytes)} of ${kilobytes(budgetBytes)} ${((100 * bytes) / budgetBytes).toFixed(0).padStart(4)} %`,
  );
  return `${rows.join('\n')}\n`;
}

/** What has grown beyond its budget, or has none. */
export const overBudget = (sizes: readonly Size[]) =>
  sizes.filter(({ bytes, budgetBytes }) => budgetBytes === undefined || bytes > budgetBytes);

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'kubeedge-sim-sizes-'));
  try {
    const tarballs = pack(join(folder, 'tarballs'));
    install(join(folder, 'installed'), tarballs, process.execPath);
    const sizes = sizesOf(tarballs, join(folder, 'installed'));
    process.stdout.write(formatSizes(sizes));
    if (overBudget(sizes).length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

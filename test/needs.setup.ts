import type { TestProject } from 'vitest/node';
import { notEverywhere, probeNeeds, type Tool } from './probe-needs.ts';

/** Looks once per run for the tools that some tests need, says which are missing, and hands the answer to all tests. */
export default async function setup(project: TestProject): Promise<void> {
  const needs = await probeNeeds();
  const required = process.env.REQUIRE_ALL === '1';
  for (const [tool, need] of Object.entries(needs)) {
    if (need.ok) continue;
    const consequence =
      required && !notEverywhere.has(tool as Tool)
        ? 'tests that need it fail (REQUIRE_ALL=1)'
        : 'tests that need it are skipped';
    process.stderr.write(`[needs] ${tool}: ${need.why}; ${consequence}\n`);
  }
  project.provide('needs', needs);
  project.provide('requireAll', required);
}

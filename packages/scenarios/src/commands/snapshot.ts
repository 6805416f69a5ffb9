import { writeFile } from 'node:fs/promises';
import { onChosenCluster } from '../cluster-file/choose.ts';
import { findScenario } from '../select.ts';
import { startSimulation } from '../simulation.ts';
import { takeSnapshot } from '../snapshot.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';
import type { VersionFlags } from './options.ts';

export interface SnapshotFlags extends VersionFlags {
  /** Without the scenario's condition. */
  without?: boolean;
  /** File that takes the snapshot. */
  out?: string;
}

/** Plays a scenario until it has settled and writes down what can be read there. @throws UsageError */
export async function snapshot(io: Io, id: string, flags: SnapshotFlags): Promise<void> {
  const { fault: faults = [], out, preset, cluster, ...options } = flags;
  const scenario = onChosenCluster(findScenario(id), {
    ...(preset && { preset }),
    ...(cluster && { cluster }),
  });
  await using simulation = await startSimulation({ ...options, faults, scenario });
  const taken = await takeSnapshot(simulation);
  const text = `${JSON.stringify(taken, null, 1)}\n`;
  if (out === undefined) return io.out(text);
  try {
    await writeFile(out, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `Tried to write the snapshot to ${out}: ${why}. Give a file in a folder that exists.`,
    );
  }
  io.out(`${out}: ${Object.keys(taken.answers).length} answers of ${id}\n`);
}

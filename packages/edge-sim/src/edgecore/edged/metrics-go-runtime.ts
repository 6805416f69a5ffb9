import type { Family } from './prometheus-text.ts';

type Row = readonly [name: string, type: 'counter' | 'gauge', help: string, value: number];

/** A Go heap as a real edgecore v1.6.1 had it; the simulator has no Go heap to measure. Bytes and counts. */
const MEMSTATS: readonly Row[] = [
  ['alloc_bytes', 'gauge', 'Number of bytes allocated and still in use.', 16_620_352],
  ['alloc_bytes_total', 'counter', 'Total number of bytes allocated, even if freed.', 59_209_984],
  ['buck_hash_sys_bytes', 'gauge', 'Number of bytes used by the profiling bucket hash table.', 1_470_865],
  ['frees_total', 'counter', 'Total number of frees.', 424_922],
  [
    'gc_cpu_fraction',
    'gauge',
    "The fraction of this program's available CPU time used by the GC since the program started.",
    8.6e-5,
  ],
  ['gc_sys_bytes', 'gauge', 'Number of bytes used for garbage collection system metadata.', 10_028_584],
  ['heap_alloc_bytes', 'gauge', 'Number of heap bytes allocated and still in use.', 16_620_352],
  ['heap_idle_bytes', 'gauge', 'Number of heap bytes waiting to be used.', 3_080_192],
  ['heap_inuse_bytes', 'gauge', 'Number of heap bytes that are in use.', 20_545_536],
  ['heap_objects', 'gauge', 'Number of allocated objects.', 94_064],
  ['heap_released_bytes', 'gauge', 'Number of heap bytes released to OS.', 729_088],
  ['heap_sys_bytes', 'gauge', 'Number of heap bytes obtained from system.', 23_625_728],
  ['lookups_total', 'counter', 'Total number of pointer lookups.', 0],
  ['mallocs_total', 'counter', 'Total number of mallocs.', 518_986],
  ['mcache_inuse_bytes', 'gauge', 'Number of bytes in use by mcache structures.', 2_400],
  ['mcache_sys_bytes', 'gauge', 'Number of bytes used for mcache structures obtained from system.', 15_600],
  ['mspan_inuse_bytes', 'gauge', 'Number of bytes in use by mspan structures.', 221_760],
  ['mspan_sys_bytes', 'gauge', 'Number of bytes used for mspan structures obtained from system.', 244_080],
  [
    'next_gc_bytes',
    'gauge',
    'Number of heap bytes when next garbage collection will take place.',
    22_162_224,
  ],
  ['other_sys_bytes', 'gauge', 'Number of bytes used for other system allocations.', 673_519],
  ['stack_inuse_bytes', 'gauge', 'Number of bytes in use by the stack allocator.', 1_540_096],
  ['stack_sys_bytes', 'gauge', 'Number of bytes obtained from system for stack allocator.', 1_540_096],
  ['sys_bytes', 'gauge', 'Number of bytes obtained from system.', 37_598_472],
];

const GC_QUANTILES = [0, 0.25, 0.5, 0.75, 1];
const GC_PAUSE_S = 5e-5;
const GC_RUNS = 11;
const GOROUTINES = 108;
const OS_THREADS = 12;

/**
 * The families of client_golang's Go collector.
 * Source: prometheus/client_golang v1.7.1 prometheus/go_collector.go.
 */
export function goRuntimeFamilies(
  goVersion: string,
  startedAtMs: number,
  leakedGoroutines: number,
): Family[] {
  const row = ([name, type, help, value]: Row, labels = {}): Family => ({
    name: `go_${name}`,
    help,
    type,
    samples: [{ labels, value }],
  });
  return [
    {
      name: 'go_gc_duration_seconds',
      help: 'A summary of the pause duration of garbage collection cycles.',
      type: 'summary',
      distributions: [
        {
          labels: {},
          points: GC_QUANTILES.map((bound) => ({ bound, value: GC_PAUSE_S })),
          sum: GC_PAUSE_S * GC_RUNS,
          count: GC_RUNS,
        },
      ],
    },
    row(['goroutines', 'gauge', 'Number of goroutines that currently exist.', GOROUTINES + leakedGoroutines]),
    row(['info', 'gauge', 'Information about the Go environment.', 1], { version: goVersion }),
    ...MEMSTATS.map(([name, ...rest]) => row([`memstats_${name}`, ...rest])),
    row([
      'memstats_last_gc_time_seconds',
      'gauge',
      'Number of seconds since 1970 of last garbage collection.',
      startedAtMs / 1_000,
    ]),
    row(['threads', 'gauge', 'Number of OS threads created.', OS_THREADS]),
  ];
}

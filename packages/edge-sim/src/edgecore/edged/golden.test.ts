import { httpRequest } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import { formatFloat } from './go-format.ts';
import { type EdgedOptions, startEdged } from './index.ts';
import { createLab, type LabCadvisor, RUNTIME_CGROUP, readCapture } from './lab-machine.test-support.ts';
import {
  type JsonStructureOptions,
  jsonLayout,
  jsonStructure,
  prometheusStructure,
} from './testing-structure.test-support.ts';

const EDGED = { address: '127.0.0.1', port: 10_350 };

/**
 * Answers of a fresh lab, by path. `lateMs` starts edged that long after the pods, or before them when
 * negative.
 */
async function ask(lab: LabCadvisor, path: string, options: Partial<EdgedOptions> = {}): Promise<string> {
  const { world, machine, cadvisor } = createLab(lab);
  const text = await world.run(async () => {
    world.own(await startEdged(world, machine, { nodeName: 'edge-node-1', cadvisor, ...options }));
    const response = await httpRequest(machine.host, { target: EDGED, path, component: 'test' });
    expect(response.status).toBe(200);
    return response.text();
  });
  await world[Symbol.asyncDispose]();
  return text;
}

const HEALTHY_20_10 = { dockerVersion: '20.10.24+dfsg1' };
const HEALTHY_18_09 = { dockerVersion: '18.09.1' };
const FAULTY = { dockerVersion: undefined };

function expectSameJson(ours: string, capture: string, options?: JsonStructureOptions): void {
  expect(jsonStructure(ours, options)).toEqual(jsonStructure(capture, options));
  expect(jsonLayout(ours)).toEqual(jsonLayout(capture));
}

describe('/stats/summary against a real edged', () => {
  const runs: [capture: string, lab: LabCadvisor][] = [
    ['docker-20.10-v1.6.1', HEALTHY_20_10],
    ['docker-20.10-v1.6.2', HEALTHY_20_10],
    ['docker-18.09-v1.6.2', HEALTHY_18_09],
    ['docker-18.09-v1.6.1', FAULTY],
  ];

  it.each(runs)('has the structure of the full form with %s', async (run, lab) => {
    expectSameJson(await ask(lab, '/stats/summary'), readCapture(`summary-${run}.json`));
  });

  it.each(runs)('has the structure of the CPU and memory form with %s', async (run, lab) => {
    const ours = await ask(lab, '/stats/summary?only_cpu_and_memory=true');
    expectSameJson(ours, readCapture(`summary-cpumem-${run}.json`));
  });

  const toggled: [capture: string, lab: LabCadvisor][] = [
    ['toggle-1-engine-18.09-env-DOCKER_API_VERSION-1.39.json', FAULTY],
    ['toggle-2-engine-upgraded-edgecore-not-restarted.json', FAULTY],
    ['toggle-3-engine-upgraded-edgecore-restarted.json', HEALTHY_20_10],
    ['summary-cpumem-docker-18.09-v1.4.0.json', HEALTHY_18_09],
  ];

  it.each(toggled)('shows the runtime as a system container where it is known: %s', async (capture, lab) => {
    const ours = await ask({ ...lab, runtimeCgroup: true }, '/stats/summary?only_cpu_and_memory=true', {
      runtimeCgroup: RUNTIME_CGROUP,
    });
    expectSameJson(ours, readCapture(capture));
  });
});

describe('/metrics/resource against a real edged', () => {
  it.each([
    ['20.10-v1.6.1', HEALTHY_20_10],
    ['18.09-v1.6.2', HEALTHY_18_09],
    ['18.09-v1.6.1', FAULTY],
  ])('has the rows of Docker %s', async (run, lab) => {
    const ours = prometheusStructure(await ask(lab, '/metrics/resource'), formatFloat);
    expect(ours).toEqual(prometheusStructure(readCapture(`metrics-resource-docker-${run}.txt`), formatFloat));
    expect(ours).toMatchObject({ misplaced: [], oddValues: [] });
  });

  it('has a v1alpha1 form with gauges', async () => {
    const ours = await ask(FAULTY, '/metrics/resource/v1alpha1');
    expect(ours).toContain('# TYPE node_cpu_usage_seconds_total gauge');
  });
});

describe('/metrics/cadvisor against a real edged', () => {
  const CAPTURED_BEFORE_PODS = '20.10-v1.6.1';

  it.each([
    [CAPTURED_BEFORE_PODS, HEALTHY_20_10, false],
    ['20.10-v1.6.2', HEALTHY_20_10, true],
    ['18.09-v1.6.2', HEALTHY_18_09, true],
    ['18.09-v1.6.1', FAULTY, false],
  ])('has the families and rows of Docker %s', async (run, lab, machineMetrics) => {
    const ours = prometheusStructure(await ask(lab, '/metrics/cadvisor', { machineMetrics }), formatFloat);
    const real = prometheusStructure(readCapture(`metrics-cadvisor-docker-${run}.txt`), formatFloat);
    // That edgecore started its pods itself, so their mounts were not there when its cAdvisor read the mount
    // table.
    const mounts = /device="(overlay_0-<n>|[^"]*\/mounts\/shm)"/;
    if (run === CAPTURED_BEFORE_PODS) ours.rows = ours.rows.filter((row) => !mounts.test(row));
    expect(ours).toEqual(real);
    expect(ours).toMatchObject({ misplaced: [], oddValues: [] });
  });
});

describe('other answers against a real edged', () => {
  it('lists pods as the real one does', async () => {
    const capture = readCapture('pods-docker-20.10-v1.6.1.json');
    // The lab's manifests set these otherwise than a controller's pods usually have them.
    expectSameJson(await ask(HEALTHY_20_10, '/pods'), capture, { looseKeys: ['dnsPolicy'] });
    expect(await ask(FAULTY, '/pods')).toBe(await ask(HEALTHY_20_10, '/pods'));
  });

  it('lists running pods as the real one does, whatever cAdvisor knows', async () => {
    expectSameJson(await ask(FAULTY, '/runningpods/'), readCapture('runningpods-docker-18.09-v1.6.1.json'));
  });

  it('describes the machine as the real one does', async () => {
    const capture = readCapture('spec-docker-18.09-v1.6.1.json');
    // The simulator's clock has whole milliseconds, and a start may fall on a whole second.
    expectSameJson(await ask(FAULTY, '/spec/'), capture, { exactTimes: false });
  });

  it('has the families of /metrics, with operations counted by the caller', async () => {
    const capture = readCapture('metrics-docker-18.09-v1.6.1.txt');
    const docker = Object.fromEntries(
      ['info', 'inspect_container', 'inspect_image', 'list_containers', 'list_images', 'version'].map(
        (name) => [name, 6],
      ),
    );
    const ours = await ask(FAULTY, '/metrics', {
      goVersion: 'go1.19.8',
      runtimeOperations: () => ({ docker, networkPlugin: { get_pod_network_status: 4 } }),
    });
    expect(prometheusStructure(ours, formatFloat)).toEqual(prometheusStructure(capture, formatFloat));
  });

  it('has nothing to say of probes', async () => {
    expect(await ask(FAULTY, '/metrics/probes')).toBe('');
  });

  it('shows one container as the real one does, sample by sample', async () => {
    const path = '/stats/default/nginx-1/0f9a2c1e-1111-4000-8000-000000000001/nginx';
    const ours = JSON.parse(await ask(HEALTHY_20_10, path));
    const real = JSON.parse(readCapture('stats-one-container-docker-20.10-v1.6.1.txt'));
    // Labels that only a container of this lab's manifests has, and dockershim's annotations, which the
    // machine model does not keep.
    for (const label of Object.keys(real.spec.labels)) {
      if (label.startsWith('annotation.') || label.endsWith('logpath')) delete real.spec.labels[label];
    }
    delete ours.spec.labels.app;
    // The real one keeps a minute or more of samples, the simulator two.
    expect(ours.stats).toHaveLength(2);
    ours.stats.splice(1);
    real.stats.splice(1);
    const text = (value: unknown) => JSON.stringify(value);
    expect(jsonStructure(text(ours), { exactTimes: false })).toEqual(
      jsonStructure(text(real), { exactTimes: false }),
    );
  });
});

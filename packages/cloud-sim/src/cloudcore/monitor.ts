import { createHttpServer, type Listener, listenHttp } from '@kubeedge-sim/sim-kit';
import type { CloudcoreProcess } from './process.ts';

/** kubeedge v1.13.0 pkg/apis/componentconfig/cloudcore/v1alpha1/default.go MonitorServer */
const BIND_PORT = 9091;

/** Goroutines of a cloudcore that nobody has connected to; an assumption, there is no Go runtime to ask. */
const GOROUTINES = 100;

/**
 * Starts the server that shows cloudcore's own metrics on the cloud host's loopback. Of Go's collectors there are
 * goroutines and CPU time, which is what goes wrong.
 * kubeedge v1.13.0 cloud/pkg/common/monitor/monitor.go ServeMonitor
 * @throws SimError SIM_ERR_PORT_IN_USE
 */
export function startMonitor(process: CloudcoreProcess): Promise<Listener> {
  const server = createHttpServer((request, response) => {
    if (URL.parse(request.url ?? '', 'http://monitor')?.pathname !== '/metrics') {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
      return;
    }
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(metricsText(process));
  });
  const target = { address: process.host.loopbackAddress, port: BIND_PORT };
  process.log('I', 'monitor', `starting monitor server on addr: 127.0.0.1:${BIND_PORT}`);
  return listenHttp(process.host, target, { component: 'cloudcore' }, server);
}

function metricsText({ load }: CloudcoreProcess): string {
  const cpuSeconds = Math.floor(load.cpuSeconds * 100) / 100;
  return [
    '# HELP go_goroutines Number of goroutines that currently exist.',
    '# TYPE go_goroutines gauge',
    `go_goroutines ${GOROUTINES + load.goroutines}`,
    '# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.',
    '# TYPE process_cpu_seconds_total counter',
    `process_cpu_seconds_total ${cpuSeconds}`,
    '',
  ].join('\n');
}

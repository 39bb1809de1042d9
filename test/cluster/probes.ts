import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import type { Container, HTTPGetAction, Probe } from 'kubernetes-types/core/v1';
import type { ContainerProcess } from './container';

/** The number of a port that a probe or a Service names. */
export function portNumber(container: Container, port: number | string): number {
  if (typeof port === 'number') return port;
  const found = container.ports?.find(({ name }) => name === port)?.containerPort;
  if (found === undefined) throw new Error(`container ${container.name} has no port named ${port}`);
  return found;
}

const timeout = 2_000;

function httpGet(address: string, container: Container, action: HTTPGetAction): Promise<boolean> {
  const https = action.scheme === 'HTTPS';
  const options = {
    host: action.host ?? address,
    port: portNumber(container, action.port as number | string),
    path: action.path ?? '/',
    headers: Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name, value])),
    timeout,
    // Like the kubelet, which looks at the answer and not at the certificate.
    rejectUnauthorized: false,
  };
  return new Promise((resolve, reject) => {
    const call = (https ? requestHttps : requestHttp)(options, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 400) resolve(true);
      else reject(new Error(`${options.path} on port ${options.port} answered ${status}`));
    });
    call.on('timeout', () => call.destroy(new Error(`${options.path} on port ${options.port} did not answer`)));
    call.on('error', reject);
    call.end();
  });
}

function tcpConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('timeout', () => socket.destroy(new Error(`port ${port} did not answer`)));
    socket.on('error', reject);
  });
}

/** Does once what a kubelet does for the probe. Rejects with the reason when it fails. */
export async function runProbe(
  address: string,
  container: Container,
  probe: Probe,
  process: ContainerProcess,
): Promise<boolean> {
  if (probe.httpGet) return httpGet(address, container, probe.httpGet);
  if (probe.tcpSocket) return tcpConnect(address, portNumber(container, probe.tcpSocket.port as number | string));
  const [command, ...args] = probe.exec?.command ?? [];
  if (command === undefined) throw new Error(`the test cluster has no probe like ${JSON.stringify(probe)}`);
  await process.exec(command, args);
  return true;
}

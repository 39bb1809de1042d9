import type { Opening } from '../kube/network';
import type { Resources } from '../kube/pod';
import type { ControlPlane, SovraInstallation } from '../sovra/installation';
import { type Checker, dnsLabel } from '../validate';
import type { TaskContainer } from './task-pod';

/** User and group of the released image. */
export const CLI_USER = 1000;

export const CLI_RESOURCES: Resources = { cpu: '20m', memory: '32Mi', cpuLimit: '500m', memoryLimit: '256Mi' };

/** A whole command line for a task: the program and its arguments, not read by a shell. */
export type Command = readonly [program: string, ...args: string[]];

/** A `sovra-cli` command of the guide, against the API of the installation. */
export function cliCommand(sovra: SovraInstallation, api: ControlPlane, ...args: readonly string[]): Command {
  return [sovra.cli.path, ...args, '--api-url', api.url];
}

/**
 * A container that runs the image of the installation. The token comes as `SOVRA_TOKEN`, the one way in which
 * `sovra-cli` takes it; it is never on a command line.
 */
export function cliContainer(
  sovra: SovraInstallation,
  name: string,
  command: readonly string[],
  resources: Resources = CLI_RESOURCES,
): TaskContainer {
  const { secret, key } = sovra.cli.token;
  return {
    name,
    image: sovra.image('sovraCli'),
    command: [...command],
    workingDir: '/app',
    env: [{ name: 'SOVRA_TOKEN', valueFrom: { secretKeyRef: { name: secret, key } } }],
    resources,
  };
}

/** The one place that these tasks talk to. */
export function toApi(api: ControlPlane): Opening {
  return { peers: [{ namespace: api.namespace, podLabels: api.labels }], ports: [api.port] };
}

/** Holds a command against what a container can be given. */
export function checkCommand(c: Checker, property: string, command: readonly string[] | undefined): void {
  const fits =
    command === undefined ||
    (Array.isArray(command) && command.length > 0 && command.every((w) => typeof w === 'string') && command[0] !== '');
  c.require(fits, {
    property,
    given: command,
    allowed: 'the program and its arguments as a list of texts',
    remedy: 'For example ["/app/sovra-cli", "health", "check"]; no shell reads it.',
  });
}

/** Holds commands that run side by side, by name of the container, against what a pod can be given. */
export function checkCommands(c: Checker, at: string, given: Readonly<Record<string, Command>> | undefined): void {
  for (const [name, command] of Object.entries(c.part(at, given) ?? {})) {
    c.value(`${at}[${JSON.stringify(name)}]`, name, dnsLabel);
    checkCommand(c, `${at}[${JSON.stringify(name)}]`, command);
  }
}

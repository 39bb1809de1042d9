export type { EndpointId, Part } from './endpoint';
export { PORTS } from './endpoint';
export type { Episode } from './fault-log';
export type { Fault, FaultDetail, FaultName, Where } from './faults';
export { FAULT_NAMES, FAULTS, faultTable } from './faults';
export type { Addresses, SimulatedSovraOptions } from './options';
export type { Endpoint } from './sovra';
export { SimulatedSovra } from './sovra';

import type { ClientRequest } from 'node:http';

/** Whether a kept connection failed because the server had closed it meanwhile. That says nothing about the server now. */
export const closedMeanwhile = (request: ClientRequest, { code }: NodeJS.ErrnoException): boolean =>
  request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');

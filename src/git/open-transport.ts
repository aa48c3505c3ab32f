/** Chooses the way to a remote: git where there is one, else http by ourselves. */
import { configInteger } from './config.ts';
import type { Repository, Transport } from './ports.ts';
import { isWithoutGit, systemTransport, type TransportOptions } from './system/transport.ts';

/** The longest time that one transfer may take, in milliseconds. `tasks.transferTimeout` says otherwise. */
const TRANSFER_TIMEOUT = 600_000;

/** The transport of a repository. Nothing is started yet. */
export function openTransport(repository: Repository, options: Omit<TransportOptions, 'timeout'>): Transport {
  const timeout = configInteger(repository.config, 'tasks.transfertimeout', TRANSFER_TIMEOUT);
  const settings = { ...options, timeout };
  let chosen = systemTransport(repository, settings);
  const use = async <T>(run: (transport: Transport) => Promise<T>): Promise<T> => {
    try {
      return await run(chosen);
    } catch (error) {
      if (!isWithoutGit(error)) throw error;
      const { httpTransport } = await import('./http/transport.ts');
      chosen = httpTransport(repository, settings);
      return run(chosen);
    }
  };
  return {
    fetch: (request) => use((transport) => transport.fetch(request)),
    push: (request) => use((transport) => transport.push(request)),
  };
}

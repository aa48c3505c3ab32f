/** Chooses the way to a remote: git where there is one, else http by ourselves. */
import { configInteger } from './config.ts';
import type { Repository, Transport } from './ports.ts';
import { isWithoutGit, systemTransport, type TransportOptions } from './system/transport.ts';

/** The longest time that one transfer may take, in milliseconds. `tasks.transferTimeout` says otherwise. */
const TRANSFER_TIMEOUT = 600_000;

/** How to reach remotes. */
export interface OpenTransportOptions extends Omit<TransportOptions, 'timeout'> {
  /** When everything must be over, in milliseconds since 1970: what still runs then is cut off. */
  readonly deadline?: number | undefined;
}

/** The transport of a repository. Nothing is started yet. */
export function openTransport(repository: Repository, options: OpenTransportOptions): Transport {
  const longest = configInteger(repository.config, 'tasks.transfertimeout', TRANSFER_TIMEOUT);
  const { deadline, ...others } = options;
  const settings: TransportOptions = {
    ...others,
    get timeout() {
      return deadline === undefined ? longest : Math.max(1, Math.min(longest, deadline - options.world.now()));
    },
  };
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

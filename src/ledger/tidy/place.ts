/** Where tidying works. */
import type { FilesWorld, SharedMode } from '../../git/files/file-system.ts';
import type { ObjectStore } from '../../git/ports.ts';

/** The repository as tidying sees it. */
export interface TidyPlace {
  readonly objects: ObjectStore;
  readonly files: FilesWorld;
  readonly shared: SharedMode | undefined;
  /** The folder of the repository's own objects. Absolute. */
  readonly objectsDir: string;
  /** The ledger's private folder. Absolute. */
  readonly folder: string;
}

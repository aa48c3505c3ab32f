/** Tasks as resources: `tasks://list` and `task://<id>`. What a resource holds is whole; only lists come in parts. */
import {
  type ListResourcesResult,
  type ListResourceTemplatesResult,
  type ReadResourceResult,
  ResourceNotFoundError,
} from '@modelcontextprotocol/server';
import { listTasks } from '../app/list.ts';
import type { Session } from '../app/session.ts';
import { showTask } from '../app/show.ts';
import { TasksError } from '../errors.ts';
import { shortened, visible } from './answer.ts';
import { taskUri } from './task-answer.ts';

/** The address of the list of open tasks. */
export const LIST_URI = 'tasks://list';

const JSON_TYPE = 'application/json';

/** Tasks on one page of `resources/list`, and in one part of the list. */
const PAGE = 100;

/** The list, and the open tasks by their urgency, a page at a time. */
export async function listResources(session: Session, cursor: string | undefined): Promise<ListResourcesResult> {
  const first = offsetOf(cursor);
  const { tasks, total } = await listTasks(session, { limit: first + PAGE });
  const list = first > 0 ? [] : [{ uri: LIST_URI, name: 'Open tasks', mimeType: JSON_TYPE }];
  const resources = tasks.slice(first).map(({ id, subject, status }) => {
    return {
      uri: taskUri(id),
      name: id,
      title: visible(shortened(subject, 100)),
      description: status,
      mimeType: JSON_TYPE,
    };
  });
  const next = first + resources.length;
  return { resources: [...list, ...resources], ...(next < total && { nextCursor: String(next) }) };
}

/** How to address any task, and any part of the list. */
export function resourceTemplates(): ListResourceTemplatesResult {
  return {
    resourceTemplates: [
      { uriTemplate: taskUri('{id}'), name: 'A task in full', mimeType: JSON_TYPE },
      { uriTemplate: `${LIST_URI}{?offset}`, name: 'Open tasks, from an offset on', mimeType: JSON_TYPE },
    ],
  };
}

/** The content of a resource as JSON. Throws `ResourceNotFoundError`. */
export async function readResource(session: Session, uri: string): Promise<ReadResourceResult> {
  const content = await contentOf(session, uri);
  return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(visible(content)) }] };
}

async function contentOf(session: Session, uri: string): Promise<object> {
  const [, id] = /^task:\/\/([^/?#]+)$/.exec(uri) ?? [];
  if (id !== undefined) return contentOfTask(session, uri, id);
  const [isList, offset] = /^tasks:\/\/list(?:\?offset=(\d{1,9}))?$/.exec(uri) ?? [];
  if (isList === undefined) throw new ResourceNotFoundError(uri);
  const first = offsetOf(offset);
  const { tasks, total, tip } = await listTasks(session, { limit: first + PAGE });
  const part = tasks.slice(first);
  const next = first + part.length;
  return { tasks: part, total, shown: part.length, tip, ...(next < total && { next: `${LIST_URI}?offset=${next}` }) };
}

async function contentOfTask(session: Session, uri: string, id: string): Promise<object> {
  try {
    return { task: (await showTask(session, decodeURIComponent(id))).task };
  } catch (error) {
    if (error instanceof URIError || (error instanceof TasksError && error.code === 'not-found')) {
      throw new ResourceNotFoundError(uri);
    }
    throw error;
  }
}

function offsetOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

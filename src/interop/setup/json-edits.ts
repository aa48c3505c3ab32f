/** What goes into the JSON files of agents: the MCP server, and the hooks in their two shapes. */
import { isDeepStrictEqual } from 'node:util';
import type { HookEvent, HookRegistration } from '../hooks/registrations.ts';
import { JsonText } from './json-text.ts';
import { hookCommand, isOurHook, SERVER_NAME } from './program.ts';
import type { SetupEdit } from './types.ts';

/** Puts the server into the map of servers (`mcpServers`, `servers`). Keys that somebody added to it stay. */
export function jsonServer(map: string, server: Readonly<Record<string, unknown>>): SetupEdit {
  const path = [map, SERVER_NAME];
  return {
    name: 'server',
    add: (text, file) => {
      const json = open(text, file, [map], path);
      if (json.get(path) === undefined) json.set(path, server);
      for (const [key, value] of Object.entries(server)) {
        if (!isDeepStrictEqual(json.get([...path, key]), value)) json.set([...path, key], value);
      }
      return json.toString();
    },
    remove: (text, file) => {
      const json = open(text, file, [map], path);
      if (json.get(path) === undefined) return text;
      json.remove(path);
      json.prune([map]);
      return json.toString();
    },
  };
}

/** How an agent lists its hooks. */
export interface HookShape {
  /** `groups`: an event holds groups of a matcher and handlers; `flat`: it holds the handlers. */
  readonly kind: 'groups' | 'flat';
  /** Value of the key `version`, where the format has one. */
  readonly version?: number;
  /** Whether a handler says its type. */
  readonly isTyped: boolean;
}

/** Registers our hook for its events. Hooks of others stay, in their order, and so does a handler of ours in their groups. */
export function jsonHooks(registration: HookRegistration, shape: HookShape, program: readonly string[]): SetupEdit {
  const { agent } = registration;
  const wanted = registration.events.map((event) => ({
    event: event.event,
    entry: entryOf(event, { registration, shape, program }),
  }));
  return {
    name: 'hooks',
    add: (text, file) => {
      const json = open(text, file, ['hooks']);
      if (shape.version !== undefined && json.get(['version']) === undefined) json.set(['version'], shape.version);
      if (isUpToDate(json, wanted, agent)) return json.toString();
      const events = takeOut(json, agent);
      for (const { event, entry } of wanted) json.append(['hooks', event], entry);
      for (const event of events) json.prune(['hooks', event]);
      return json.toString();
    },
    remove: (text, file) => {
      const json = open(text, file, ['hooks']);
      const events = takeOut(json, agent);
      if (events.length === 0) return text;
      for (const event of events) json.prune(['hooks', event]);
      return json.toString();
    },
  };
}

function entryOf(
  { matcher, timeout }: HookEvent,
  { registration, shape, program }: { registration: HookRegistration; shape: HookShape; program: readonly string[] },
): object {
  const { timeoutKey, timeoutUnit } = registration;
  const handler = {
    ...(shape.isTyped && { type: 'command' }),
    command: hookCommand(registration, program),
    [timeoutKey]: timeoutUnit === 'milliseconds' ? timeout * 1000 : timeout,
  };
  const match = matcher === undefined ? {} : { matcher };
  return shape.kind === 'groups' ? { ...match, hooks: [handler] } : { ...handler, ...match };
}

interface Wanted {
  readonly event: string;
  readonly entry: object;
}

function isUpToDate(json: JsonText, wanted: readonly Wanted[], agent: string): boolean {
  const places = ourPlaces(json, agent);
  return (
    places.length === wanted.length &&
    wanted.every(({ event, entry }) => listAt(json, ['hooks', event]).some((other) => isDeepStrictEqual(other, entry)))
  );
}

/** Removes our handlers and the groups that they leave empty; gives the events that they were in, each once. */
function takeOut(json: JsonText, agent: string): string[] {
  const places = ourPlaces(json, agent);
  for (const path of places.toReversed()) {
    json.remove(path);
    const group = path.slice(0, 3);
    if (path.length > 3 && listAt(json, [...group, 'hooks']).length === 0) json.remove(group);
  }
  return [...new Set(places.map(([, event]) => String(event)))];
}

/** The paths of our handlers: `hooks, event, i` or `hooks, event, i, "hooks", j`. */
function ourPlaces(json: JsonText, agent: string): (string | number)[][] {
  const events = json.get(['hooks']);
  if (typeof events !== 'object' || events === null) return [];
  return Object.keys(events).flatMap((event) =>
    listAt(json, ['hooks', event]).flatMap((entry, i) => {
      const path = ['hooks', event, i];
      if (isOurHook(fieldOf(entry, 'command'), agent)) return [path];
      const inner = fieldOf(entry, 'hooks');
      const handlers: unknown[] = Array.isArray(inner) ? inner : [];
      return handlers.flatMap((handler, j) =>
        isOurHook(fieldOf(handler, 'command'), agent) ? [[...path, 'hooks', j]] : [],
      );
    }),
  );
}

function listAt(json: JsonText, path: readonly (string | number)[]): unknown[] {
  json.expect(path, 'array');
  const value = json.get(path);
  return Array.isArray(value) ? value : [];
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function open(text: string, file: string, ...objects: readonly string[][]): JsonText {
  const json = new JsonText(text, file);
  for (const path of objects) json.expect(path, 'object');
  return json;
}

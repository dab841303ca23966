/** A module of the examples, which are plain JavaScript and no part of this project's types. */
export function load<Module>(path: string): Promise<Module> {
  return import(/* @vite-ignore */ new URL(`../../examples/${path}`, import.meta.url).href) as Promise<Module>;
}

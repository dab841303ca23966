/** The static model that ships with the package, by the name that options take. */
export const BUNDLED_STATIC = "static-en-v1";

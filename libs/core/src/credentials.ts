/**
 * A text that may be an address, without the name and password in it: whatever stands before the last `@` goes, for a
 * password may hold every other character, and so does the value of a parameter that is called a password. Rather too
 * much is hidden than too little.
 */
export const withoutCredentials = (text: string): string =>
  text
    .replace(/^(\s*[a-z][a-z0-9+.-]*:\/\/)?.*@/is, (_, scheme: string | undefined) => `${scheme ?? ''}***@`)
    .replace(/([?&][^=&]*(?:password|secret|token)[^=&]*=)[^&]*/gi, '$1***');

/** Stops the stack that the set-up started; one that it found goes on. */
module.exports = async () => {
  await globalThis.batonStackOfTests?.stop();
};

npx tsc
node dist/src/publisher.js order-1 order-2

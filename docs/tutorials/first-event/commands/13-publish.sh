node dist/src/publisher.js order-5

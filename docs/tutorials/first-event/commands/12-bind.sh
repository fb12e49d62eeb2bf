npx baton bind shop.OrderPlaced --group billing --to 2

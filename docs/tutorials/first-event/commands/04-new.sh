npx baton schema new shop.OrderPlaced --owner shop

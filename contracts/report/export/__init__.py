"""What other tools read: junit.xml and allure results."""

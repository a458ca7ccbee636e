"""What other tools read: junit.xml, ctrf.json and allure results."""

<!DOCTYPE html>
<title>PHP 8.2.0 - phpinfo()</title>
<h1>PHP Version 8.2.0</h1>
